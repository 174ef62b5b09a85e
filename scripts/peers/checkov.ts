import { join } from "node:path";
import type { PeerContext } from "./peer.ts";
import { installFromPyPI } from "./pypi.ts";

const VERSION = "3.3.30";
export const CHECKOV = `checkov ${VERSION}`;

/** Judges the security of any infrastructure as code. @returns its program. @throws Skipped when it cannot be had. */
export const installCheckov = async (context: PeerContext): Promise<string> =>
  join(await installFromPyPI(context, `checkov-${VERSION}`, CHECKOV, [`checkov==${VERSION}`]), "checkov");
