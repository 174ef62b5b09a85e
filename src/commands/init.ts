import { basename, resolve } from "node:path";
import { Option } from "commander";
import { PipelineError, UsageError } from "../contract/errors.ts";
import { IAC_KINDS, type IacKind } from "../contract/infrastructure.ts";
import { LOCAL_STAGE } from "../contract/names.ts";
import { findProject, type Project } from "../lib/config/load.ts";
import { addInfrastructure, init } from "../lib/init/init.ts";
import { checkTarget, suggestApp } from "../lib/init/scaffold.ts";
import { findTemplate, listTemplates, readTemplates, type Template } from "../lib/init/templates.ts";
import { invocation } from "../lib/installation.ts";
import { InterruptedError } from "../lib/interrupt.ts";
import { openScreen } from "../ui/render/present.ts";
import type { Question } from "../ui/render/view.ts";
import { type Cli, type CommandModule, type OutputFlags, presentation, show } from "./shared/cli.ts";
import { examples, outputFlags } from "./shared/flags.ts";

interface InitFlags extends OutputFlags {
  template?: string;
  app?: string;
  list?: boolean;
  iac?: IacKind | "none";
  install: boolean;
  yes?: boolean;
}

export const command: CommandModule = {
  configure(it, cli, done) {
    it.argument("[directory]", "folder to make the project in; new or empty")
      .option("--template <name>", "template to start from")
      .option("--app <name>", "name of the app (default: the folder's)")
      .addOption(
        new Option(
          "--iac <kind>",
          "infrastructure as code (default: cloudformation); of a project that has none, add it",
        ).choices([...IAC_KINDS, "none"]),
      )
      .option("--list", "list the templates")
      .option("--no-install", "do not install dependencies")
      .option("--yes", "ask nothing: take the defaults");
    outputFlags(it);
    examples(it, invocation(cli.place.installation, cli.place.cwd), [
      "$ init my-app --template summarize",
      "$ init --list",
    ]);
    it.action(async (directory: string | undefined, flags: InitFlags) => {
      if (flags.list)
        return done(
          await show("init-list", listTemplates(cli.place), presentation(cli, flags, { linesAreResult: true })),
        );
      const iac = flags.iac ?? "cloudformation";
      const kind = iac === "none" ? {} : { iac };
      const project =
        flags.iac === undefined || flags.template !== undefined ? undefined : await ownProject(directory, cli);
      if (project && iac !== "none") {
        const input = { dir: project.dir, app: project.config.app, iac };
        return done(await show("init", addInfrastructure(input, cli.place), presentation(cli, flags)));
      }
      const answers = await complete(directory, flags, cli);
      const input = { ...answers, ...kind, install: flags.install };
      done(await show("init", init(input, cli.place), presentation(cli, flags)));
    });
  },
};

/** @returns the project in this very folder. */
async function ownProject(directory: string | undefined, cli: Cli): Promise<Project | undefined> {
  const folder = resolve(cli.place.cwd, directory ?? ".");
  const project = await findProject(folder, LOCAL_STAGE);
  return project?.dir === folder ? project : undefined;
}

/** Asks for what the flags leave open where there is a terminal; takes the defaults where there is none. */
async function complete(
  given: string | undefined,
  flags: InitFlags,
  cli: Cli,
): Promise<{ directory: string; app: string; template: string }> {
  const templates = await readTemplates(cli.place.installation.root);
  if (flags.template !== undefined) await findTemplate(cli.place.installation.root, flags.template);
  const target = (directory: string) => {
    const folder = resolve(cli.place.cwd, directory);
    const app = flags.app ?? suggestApp(basename(folder)) ?? "my-app";
    checkTarget(folder, app);
    return app;
  };
  // Before any question: nobody should answer one for nothing.
  if (given !== undefined) target(given);
  const questions = questionsFor(given, flags, templates, target);
  const asked = questions.length > 0 && !flags.yes && !flags.json ? await ask(questions, cli) : undefined;
  const directory = given ?? asked?.["directory"];
  if (directory === undefined) {
    throw new UsageError("There is no folder to make the project in.", {
      code: "DIRECTORY_MISSING",
      where: "init [directory]",
      hint: `Name one: ${invocation(cli.place.installation, cli.place.cwd)} init my-app`,
    });
  }
  return {
    directory,
    app: target(directory),
    template: flags.template ?? asked?.["template"] ?? templates[0]?.name ?? "minimal",
  };
}

function questionsFor(
  directory: string | undefined,
  flags: InitFlags,
  templates: Template[],
  check: (directory: string) => void,
): Question[] {
  const questions: Question[] = [];
  if (directory === undefined) {
    const validate = (value: string) => (value.trim() === "" ? "a folder has a name" : problemOf(() => check(value)));
    questions.push({ name: "directory", kind: "text", message: "Folder of the project", initial: "my-app", validate });
  }
  if (flags.template === undefined) {
    const choices = templates.map(({ name, description }) => ({ value: name, label: name, hint: description }));
    questions.push({ name: "template", kind: "select", message: "Template", choices });
  }
  return questions;
}

/** @returns what is wrong, in a sentence. */
function problemOf(check: () => void): string | undefined {
  try {
    check();
    return undefined;
  } catch (error) {
    if (error instanceof PipelineError) return error.message;
    throw error;
  }
}

async function ask(questions: Question[], cli: Cli): Promise<Record<string, string> | undefined> {
  const load = cli.views.prompts;
  const terminal = load ? openScreen(presentation(cli, {})) : undefined;
  if (!load || !terminal) return undefined;
  try {
    const prompts = await load();
    const answers = await prompts.ask(questions, terminal.screen);
    if (!answers) throw new InterruptedError("SIGINT");
    return answers;
  } finally {
    terminal.close();
  }
}
