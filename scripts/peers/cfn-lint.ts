import { join } from "node:path";
import type { PeerContext } from "./peer.ts";
import { installFromPyPI } from "./pypi.ts";

const VERSION = "1.58.0";
export const CFN_LINT = `cfn-lint ${VERSION}`;

/** Judges CloudFormation templates by AWS's own schemas. @returns its program. @throws Skipped when it cannot be had. */
export const installCfnLint = async (context: PeerContext): Promise<string> =>
  join(await installFromPyPI(context, `cfn-lint-${VERSION}`, CFN_LINT, [`cfn-lint==${VERSION}`]), "cfn-lint");
