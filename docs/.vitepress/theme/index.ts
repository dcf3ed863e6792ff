import theme from "vitepress/theme";
// oxlint-disable-next-line import/no-unassigned-import -- a style sheet has no name
import "./colours.css";

// oxlint-disable-next-line import/no-default-export -- VitePress looks for it.
export default theme;
