import { expect, it } from "vitest";
import { describeEach } from "./support/project.js";

describeEach("a failed group", (run) => {
  it("is shown as a tree", async () => {
    const report = await run({ files: ["groups"] });

    const failures = report.failuresOf("fails in a group");
    expect(failures).toMatch(/^ExceptionGroup: tasks of group "outer" failed \(2 errors\)/);
    expect(failures).toContain('├─ in task "left": RangeError: too far left');
    expect(failures).toContain('└─ in task "nested": ExceptionGroup');
    expect(failures).toContain('   ├─ in task "right": TypeError: not right');
    expect(failures).toContain('   └─ in task "wrong": Error: not wrong');
  });
});
