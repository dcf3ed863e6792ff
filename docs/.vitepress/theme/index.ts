import theme from "vitepress/theme";
import "./colours.css";

// oxlint-disable-next-line import/no-default-export -- VitePress looks for it.
export default theme;
