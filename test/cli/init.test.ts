import { readFile, readdir } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { makeFolder, run } from "./harness.ts";
import { startOnTerminal } from "./on-terminal.ts";

test("--list names the templates with what they are", async () => {
  await using folder = await makeFolder();
  const { exitCode, stdout, stderr } = await run(["init", "--list"], { cwd: folder.dir });
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
  expect(stdout.split("\n").map((line) => line.split(" ")[0])).toEqual(["minimal", "prompt", "summarize", ""]);
});

test("flags suffice: a project without a question", async () => {
  await using folder = await makeFolder();
  const { exitCode, events } = await run(
    ["init", "apps/Text Tools", "--template", "minimal", "--no-install", "--json"],
    { cwd: folder.dir },
  );
  expect(exitCode).toBe(0);
  const project = join(folder.dir, "apps/Text Tools");
  expect(events.at(-1)).toMatchObject({
    type: "summary",
    operation: "init",
    app: "text-tools",
    template: "minimal",
    directory: project,
    installed: false,
    next: [
      `cd 'apps/Text Tools'`,
      expect.stringMatching(/^node .*bin\/ai-pipeline\.js dev$/),
      expect.stringContaining("--watch"),
    ],
  });
  const files = await readdir(project);
  expect(files).toContain(".gitignore");
  expect(files).not.toContain("gitignore");
  expect(files).not.toContain("template.json");
  expect(await readFile(join(project, "ai-pipeline.config.ts"), "utf8")).toContain('app: "text-tools"');
  const manifest: unknown = JSON.parse(await readFile(join(project, "package.json"), "utf8"));
  expect(manifest).toMatchObject({
    name: "text-tools",
    dependencies: { "ai-pipeline": expect.stringMatching(/^file:/) },
  });
});

test("a template's other files are copied as they are", async () => {
  await using folder = await makeFolder();
  const { stdout } = await run(["init", "my", "--app", "other-name", "--template", "summarize", "--no-install"], {
    cwd: folder.dir,
  });
  expect(stdout).toContain('submit "Summarize the attached report." --doc samples/report.pdf --watch');
  const source = join(import.meta.dirname, "../../templates/summarize");
  const read = async (file: string) => {
    const [made, own] = await Promise.all(
      [join(folder.dir, "my"), source].map((dir) => readFile(join(dir, file), "utf8")),
    );
    return [made ?? "", own ?? ""] as const;
  };
  for (const file of ["src/worker.ts", ".env.example", "tsconfig.json"]) {
    const [made, own] = await read(file);
    expect(made).toBe(own);
  }
  // But for its title.
  const [made, own] = await read("README.md");
  expect(made).toBe(own.replace("# my-app", "# other-name"));
});

describe("refuses, and writes nothing", () => {
  test("a folder that is not empty", async () => {
    await using folder = await makeFolder({ "my-app/notes.txt": "mine" });
    const { exitCode, stderr } = await run(["init", "my-app", "--template", "minimal", "--no-install"], {
      cwd: folder.dir,
    });
    expect(exitCode).toBe(1);
    expect(stderr).toMatchInlineSnapshot(`
      "Error: The folder my-app is not empty: it holds notes.txt.
        at <dir>/my-app
        Name a new or empty folder; nothing was written.
      "
    `);
    expect(await readdir(join(folder.dir, "my-app"))).toEqual(["notes.txt"]);
  });

  test.each(["/dev/null/x", "/proc/x/y"])("a folder that the system does not make: %s", async (path) => {
    await using folder = await makeFolder();
    const { exitCode, stderr } = await run(["init", path, "--app", "my-app", "--template", "minimal", "--no-install"], {
      cwd: folder.dir,
    });
    expect(exitCode).toBe(1);
    expect(stderr).toContain("Error: The folder cannot be made.\n");
    expect(stderr).toContain(`at ${path.split("/").slice(0, -1).join("/")}`);
  });

  test("an unknown template", async () => {
    await using folder = await makeFolder();
    const { exitCode, stderr } = await run(["init", "my-app", "--template", "agents"], { cwd: folder.dir });
    expect(exitCode).toBe(2);
    expect(stderr).toContain('There is no template "agents".');
    expect(stderr).toContain("minimal");
    expect(await readdir(folder.dir)).toEqual([".git"]);
  });

  test("a name that cannot name resources, with one that can", async () => {
    await using folder = await makeFolder();
    const { exitCode, stderr } = await run(["init", "x", "--app", "My App!", "--template", "minimal"], {
      cwd: folder.dir,
    });
    expect(exitCode).toBe(2);
    expect(stderr).toContain("For example: --app my-app");
    expect(await readdir(folder.dir)).toEqual([".git"]);
  });
});

test("an install that fails leaves the files, says why, and exits with 1", async () => {
  await using folder = await makeFolder();
  // No package manager of this name is on the path of the test.
  const env = { npm_config_user_agent: "bun/1.2.0 npm/? node/v24.0.0 linux x64", PATH: folder.dir };
  const before = process.env["PATH"];
  process.env["PATH"] = folder.dir;
  try {
    const { exitCode, stderr } = await run(["init", "my-app", "--template", "minimal"], { cwd: folder.dir, env });
    expect(exitCode).toBe(1);
    expect(stderr).toContain("bun install failed: bun is not installed here.");
    expect(await readdir(join(folder.dir, "my-app"))).toContain("package.json");
  } finally {
    process.env["PATH"] = before;
  }
});

describe("on a terminal", () => {
  test("a folder that is not empty is refused before anything is asked", async () => {
    await using folder = await makeFolder({ "my-app/notes.txt": "mine" });
    const { terminal, exit } = startOnTerminal(["init", "my-app", "--no-install"], { cwd: folder.dir }, 80);
    expect(await exit).toBe(1);
    expect(terminal.text()).toContain("The folder my-app is not empty: it holds notes.txt.");
    expect(terminal.raw()).not.toContain("Template");
  });

  test("one that is typed is judged as it is typed, and another can be", async () => {
    await using folder = await makeFolder({ "my-app/notes.txt": "mine" });
    const { terminal, exit } = startOnTerminal(["init", "--no-install"], { cwd: folder.dir }, 80);
    await terminal.waitFor("Folder of the project");
    terminal.type("\r");
    await terminal.waitFor("The folder my-app is not empty");
    terminal.type("other\r");
    await terminal.waitFor("Template");
    terminal.type("1");
    expect(await exit).toBe(0);
    expect(await readdir(join(folder.dir, "other"))).toContain("package.json");
  });

  test.each([40, 80])("what each template is can be read at %i columns", async (columns) => {
    await using folder = await makeFolder();
    const { terminal, exit } = startOnTerminal(["init", "my-app", "--no-install"], { cwd: folder.dir }, columns);
    await terminal.waitFor("enter choose");
    const shown = terminal.text().replaceAll(/\s+/g, " ");
    for (const template of ["minimal", "prompt", "summarize"]) {
      const text = await readFile(join(import.meta.dirname, "../../templates", template, "template.json"), "utf8");
      const { description }: { description: string } = JSON.parse(text);
      expect(shown).toContain(description);
      if (columns === 80) expect(terminal.text()).toContain(description);
    }
    terminal.type("\u001B");
    expect(await exit).toBe(130);
  });
});
