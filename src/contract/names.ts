/** A stage's name: lower-case letters, digits and hyphens, beginning with a letter. */
export const STAGE_PATTERN = /^[a-z][a-z0-9-]{0,19}$/;
/** An app's name; it begins every resource's. */
export const APP_PATTERN = /^[a-z][a-z0-9-]{0,30}[a-z0-9]$/;
export const APP_RULE =
  "lower-case letters, digits and hyphens, 2 to 32 characters, beginning with a letter and not ending with a hyphen";
/** As `Task.taskId` says. */
export const TASK_ID_PATTERN = /^[A-Za-z0-9_-]{8,128}$/;
/** The stage of the embedded stack. */
export const LOCAL_STAGE = "local";
