import { shellWord } from "../../contract/shell-word.ts";
import { relative, resolve } from "node:path";
import { AbortError } from "../../contract/errors.ts";
import { EXIT } from "../../contract/exit.ts";
import type { IacKind } from "../../contract/infrastructure.ts";
import type { InitEvent } from "../../contract/operations/init.ts";
import { findInfrastructure } from "../infrastructure/find.ts";
import { invocation } from "../installation.ts";
import type { Workplace } from "../services.ts";
import { writeInfrastructure } from "./infrastructure.ts";
import { install, packageManager } from "./install.ts";
import { makeFolder } from "../make-folder.ts";
import { checkTarget, scaffold } from "./scaffold.ts";
import { findTemplate } from "./templates.ts";

export interface InitInput {
  /** Relative to the current folder. */
  directory: string;
  app: string;
  template: string;
  install: boolean;
  /** Absent: none. */
  iac?: IacKind;
}

/** Makes a project from a template and installs what it depends on. */
export async function* init(input: InitInput, place: Workplace): AsyncGenerator<InitEvent> {
  const { installation, cwd, clock, signal, env } = place;
  const template = await findTemplate(installation.root, input.template);
  const directory = resolve(cwd, input.directory);
  checkTarget(directory, input.app);
  await makeFolder(directory);
  let files = 0;
  for await (const path of scaffold(template, directory, input.app, installation)) {
    files++;
    yield { type: "file", path };
  }
  if (input.iac) {
    for await (const path of writeInfrastructure(input.iac, directory, installation)) {
      files++;
      yield { type: "file", path };
    }
  }
  const manager = packageManager(env);
  const command = `${manager} install`;
  let installed = false;
  let failed = false;
  if (input.install) {
    for await (const event of install(directory, manager, clock, signal)) {
      installed = event.state === "done";
      failed = event.state === "failed";
      yield event;
    }
  } else {
    yield { type: "install", state: "skipped", command };
  }
  const folder = relative(cwd, directory);
  const run = invocation(installation, directory);
  yield {
    type: "summary",
    operation: "init",
    // The files stand, but a script that goes on would meet the missing packages.
    exitCode: failed ? EXIT.error : EXIT.completed,
    app: input.app,
    template: template.name,
    directory,
    files,
    installed,
    next: [
      ...(folder ? [`cd ${shellWord(folder)}`] : []),
      ...(installed || !template.dependencies ? [] : [command]),
      `${run} dev`,
      `${run} submit ${template.task} --watch`,
    ],
  };
}

/**
 * Adds infrastructure as code to a project that has none, and nothing else.
 * @throws AbortError `IAC_PRESENT`.
 */
export async function* addInfrastructure(
  { dir, app, iac }: { dir: string; app: string; iac: IacKind },
  place: Workplace,
): AsyncGenerator<InitEvent> {
  const [present] = await findInfrastructure(dir);
  if (present) {
    throw new AbortError("The project has infrastructure as code already.", {
      code: "IAC_PRESENT",
      where: present.file,
      hint: "It is yours to change. To begin anew, move that folder away first; nothing was written.",
    });
  }
  let files = 0;
  for await (const path of writeInfrastructure(iac, dir, place.installation)) {
    files++;
    yield { type: "file", path };
  }
  yield {
    type: "summary",
    operation: "init",
    exitCode: EXIT.completed,
    app,
    directory: dir,
    files,
    installed: false,
    next: [`${invocation(place.installation, place.cwd)} build --stage dev`],
  };
}
