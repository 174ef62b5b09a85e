import { homedir } from "node:os";
import { join } from "node:path";
import { findProject } from "../config/load.ts";
import { ownFolder } from "../own-folder.ts";
import type { Workplace } from "../services.ts";

/**
 * @param ofStage what is kept is of a stage: then it may lie with the project.
 * @returns the folder for journals and backups: the project's, or the user's, as other queues' messages are none of a
 * project's business.
 */
export async function stateFolder(ofStage: boolean, place: Workplace): Promise<string> {
  const project = ofStage ? await findProject(place.cwd, "local") : undefined;
  if (project) return ownFolder(project.dir);
  const home = place.env["HOME"] ?? homedir();
  return join(place.env["XDG_STATE_HOME"] ?? join(home, ".local", "state"), "ai-pipeline");
}
