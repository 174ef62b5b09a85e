/** The bucket that `bootstrap` makes, once an account and region: archives, templates and remote state. */
export function artifactBucket(account: string, region: string): string {
  return `ai-pipeline-artifacts-${account}-${region}`;
}

/** @returns the name of a stage's stack. */
export const stackName = (app: string, stage: string) => `${app}-${stage}`;
