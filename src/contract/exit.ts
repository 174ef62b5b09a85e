/** The one table of exit codes. */
export const EXIT = {
  completed: 0,
  error: 1,
  usage: 2,
  taskFailed: 3,
  timedOut: 4,
  notAuthorized: 5,
  interrupted: 130,
  terminated: 143,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];
