import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { readTemplate, renderTemplate } from "./template.ts";

let folder: string;
beforeEach(async () => void (folder = await mkdtemp(join(tmpdir(), "ai-pipeline-template-"))));
afterEach(() => rm(folder, { recursive: true }));

const QUEUE = "Resources:\n  A:\n    Type: AWS::SQS::Queue\n";
const WORKER = "Resources:\n  AiWorker:\n    Type: AWS::Lambda::Function\n";

async function render(content: string | Uint8Array, environment: Record<string, string> = {}) {
  const file = join(folder, "template.yaml");
  await writeFile(file, content);
  const text = renderTemplate(await readTemplate(file), { environment });
  const value: unknown = JSON.parse(text);
  return value;
}

/** Each alias is nine of the one before. */
const manyAliases = Array.from({ length: 9 }, (_, level) => {
  const item = level === 0 ? "x" : `*a${level - 1}`;
  return `a${level}: &a${level} [${Array.from({ length: 9 }, () => item).join(", ")}]\n`;
}).join("");

describe("a template is refused, at its line where that is known,", () => {
  it.each([
    ["whose resource is empty", `${QUEUE}  B:\n#    Type: x\n`, ":4", "B of its Resources is empty"],
    ["whose resource is a text", `${QUEUE}  B: hello\n`, ":4", "B of its Resources is a text, not a mapping"],
    ["whose resource is a list", `${QUEUE}  B: [1]\n`, ":4", "B of its Resources is a list, not a mapping"],
    ["whose properties are empty", `${QUEUE}    Properties:\n`, ":2", "the Properties of A are empty"],
    ["whose properties are a list", `${QUEUE}    Properties: [1]\n`, ":2", "the Properties of A are a list"],
    ["whose resources are a list", "Resources:\n- A\n", "", "its Resources are a list, not a mapping"],
    ["that has no resource", "Resources: {}\n", "", "it has no Resources"],
    ["whose resources are empty", "Resources:\n", "", "it has no Resources"],
    ["whose parameters are empty", `Parameters:\n${QUEUE}`, "", "its Parameters are empty"],
    ["whose parameter is empty", `Parameters:\n  P:\n${QUEUE}`, "", "P of its Parameters is empty"],
    ["that is a text", "hello", "", "it is no mapping"],
    ["that is empty", "", "", "the input is empty"],
    ["that names a resource twice", `${QUEUE}  A:\n    Type: x\n`, ":4:3", "duplicated mapping key"],
    ["that holds itself", `${QUEUE}    Properties: &p { own: *p }\n`, "", "an alias stands within what it names"],
    ["that aliases make endless", `${manyAliases}${QUEUE}`, "", "it has more than 500,000 values"],
    ["in UTF-16", Buffer.from(`\ufeff${QUEUE}`, "utf16le"), "", "it is not in UTF-8"],
  ])("%s", async (_what, content, place, reason) => {
    await expect(render(content)).rejects.toMatchObject({
      code: "IAC_INVALID",
      where: join(folder, `template.yaml${place}`),
      message: expect.stringContaining(reason),
    });
  });

  it("that is a folder", async () => {
    const file = join(folder, "template.yaml");
    await mkdir(file);
    await expect(readTemplate(file)).rejects.toMatchObject({
      code: "IAC_INVALID",
      where: file,
      message: "The template cannot be used: it is a folder.",
    });
  });

  it.each(["Environment: text", "Environment: { Variables: [1] }"])("whose worker has an %s", async (environment) => {
    await expect(render(`${WORKER}    Properties: { ${environment} }\n`, { A: "b" })).rejects.toMatchObject({
      message: expect.stringContaining("the Environment of AiWorker, to which the configuration adds"),
    });
  });
});

it.each([
  ["anchors and aliases", "Resources:\n  A: &a { Type: x }\n  B: *a\n", { A: { Type: "x" }, B: { Type: "x" } }],
  ["a byte order mark", "\ufeffResources: { A: { Type: x } }\n", { A: { Type: "x" } }],
  [
    "a loop of CloudFormation's",
    "Resources: { 'Fn::ForEach::Q': [I, [a, b], { 'Q${I}': { Type: x } }] }\n",
    { "Fn::ForEach::Q": ["I", ["a", "b"], { "Q${I}": { Type: "x" } }] },
  ],
])("%s are read", async (_what, content, resources) => {
  expect(await render(content)).toEqual({ Resources: resources });
});

it.each(["Properties: {}", "Properties: { Environment: }", "Properties: { Environment: { Variables: } }"])(
  "the configuration's environment is added to %s",
  async (properties) => {
    expect(await render(`${WORKER}    ${properties}\n`, { A: "b" })).toMatchObject({
      Resources: { AiWorker: { Properties: { Environment: { Variables: { A: "b" } } } } },
    });
  },
);
