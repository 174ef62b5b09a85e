import { readFile } from "node:fs/promises";
import { basename, dirname } from "node:path";
import type { ResolvedConfig } from "../../contract/config.ts";
import { AbortError, PipelineError } from "../../contract/errors.ts";
import { explainIssues, type SettingIssue } from "./explain.ts";
import { loadModule } from "./loader.ts";
import { locateSetting } from "./locate.ts";
import { CODE_ENDINGS, foldersUp, NAME, SEARCH_PLACES } from "./places.ts";
import { checkRules, resolveConfig } from "./resolve.ts";

/** A project and the configuration of the stage that was asked for. */
export interface Project {
  /** The folder that holds the configuration. */
  dir: string;
  /** Absolute path of the configuration. */
  file: string;
  config: ResolvedConfig;
  /** Those the configuration has settings for. */
  stages: string[];
}

/**
 * Finds the configuration from `cwd` upwards.
 *
 * @returns undefined when there is none.
 * @throws AbortError `CONFIG_INVALID` naming file, line, setting and mend.
 */
export async function findProject(cwd: string, stage: string): Promise<Project | undefined> {
  const { cosmiconfig } = await import("./explorer.ts");
  const loaders = Object.fromEntries(CODE_ENDINGS.map((ending) => [`.${ending}`, loadModule]));
  // Folder by folder: cosmiconfig's own way up would end at a user-wide configuration, which is no project.
  const explorer = cosmiconfig(NAME, {
    searchPlaces: SEARCH_PLACES,
    searchStrategy: "none",
    ignoreEmptySearchPlaces: false,
    cache: false,
    loaders,
  });
  let found: Awaited<ReturnType<typeof explorer.search>> = null;
  try {
    for (const folder of await foldersUp(cwd)) {
      found = await explorer.search(folder);
      if (found) break;
    }
  } catch (error) {
    throw error instanceof PipelineError ? error : dataError(error);
  }
  if (!found) return undefined;
  const { filepath } = found;
  const input: unknown = found.config;
  const dir = dirname(filepath).replace(/[\\/]\.config$/, "");
  if (input === undefined || input === null) {
    throw invalid(filepath, "", [{ field: "", path: [], message: "it is empty, or exports nothing as its default" }]);
  }
  return { dir, file: filepath, ...(await validate(input, filepath, stage)) };
}

async function validate(input: unknown, file: string, stage: string): Promise<Pick<Project, "config" | "stages">> {
  const { configSchema } = await import("../../contract/schema/config.ts");
  const source = await readFile(file, "utf8");
  const parsed = configSchema.safeParse(withoutUndefined(input));
  if (!parsed.success) throw invalid(file, source, explainIssues(parsed.error.issues, input));
  const config = resolveConfig(parsed.data, stage);
  const issues = checkRules(config);
  if (issues.length > 0) throw invalid(file, source, issues);
  return { config, stages: Object.keys(parsed.data.stages ?? {}) };
}

/** A setting that is `undefined` (`process.env.X ? 3 : undefined`) is one that is not there. */
function withoutUndefined(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutUndefined);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, item]) => item !== undefined)
      .map(([key, item]) => [key, withoutUndefined(item)]),
  );
}

function invalid(file: string, source: string, issues: SettingIssue[]): AbortError {
  const [first] = issues;
  const line = (issue: SettingIssue | undefined) => (issue ? locateSetting(source, issue.path) : undefined);
  const place = line(first);
  const name = (issue: SettingIssue) => (issue.field === "" ? "it" : `\`${issue.field}\``);
  const others = issues.slice(1).map((issue) => {
    const at = line(issue);
    return `Also ${name(issue)} ${issue.message}${at ? ` (line ${at.line})` : ""}.`;
  });
  const message = first
    ? first.field === ""
      ? `The configuration cannot be used: ${first.message}.`
      : `The configuration is wrong: ${name(first)} ${first.message}.`.replace("?.", "?")
    : "The configuration is wrong.";
  return new AbortError(message, {
    code: "CONFIG_INVALID",
    where: place ? `${file}:${place.line}:${place.column}` : file,
    hint: [
      ...others,
      `Mend ${first?.field ? `\`${first.field}\` in ` : ""}${basename(file)} and run the command again.`,
    ],
  });
}

/** JSON and YAML: their parsers tell the place in the message or in a mark. */
function dataError(error: unknown): AbortError {
  const file = property(error, "filepath");
  const mark = property(error, "mark");
  const line = property(mark, "line");
  const column = property(mark, "column");
  const text = error instanceof Error ? error.message : String(error);
  const position = /line (\d+) column (\d+)/.exec(text);
  const place =
    typeof line === "number" && typeof column === "number"
      ? `:${line + 1}:${column + 1}`
      : position
        ? `:${position[1]}:${position[2]}`
        : "";
  const reason = property(error, "reason");
  const lines = text.split("\n");
  return new AbortError(
    `The configuration cannot be read: ${typeof reason === "string" ? reason : (lines[1] ?? lines[0] ?? text)}`,
    {
      code: "CONFIG_INVALID",
      where: `${typeof file === "string" ? file : "ai-pipeline configuration"}${place}`,
      hint: "Mend the file and run the command again.",
      cause: error,
    },
  );
}

function property(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null
    ? Object.entries(Object.getOwnPropertyDescriptors(value)).find(([key]) => key === name)?.[1].value
    : undefined;
}
