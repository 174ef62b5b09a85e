import type { AccountClient } from "../../../contract/account.ts";
import type { Clock } from "../../../contract/clock.ts";
import { ExternalError } from "../../../contract/errors.ts";
import type { AwsClients } from "../clients.ts";
import { calling, type ErrorPlace, unlessMissing } from "../errors.ts";

const FIRST_POLL_MS = 200;
const SLOWEST_POLL_MS = 2000;

/** The code that functions run. */
export function createCode(clients: AwsClients, place: ErrorPlace, clock: Clock): AccountClient["code"] {
  async function configuration(FunctionName: string) {
    const { GetFunctionConfigurationCommand } = await import("@aws-sdk/client-lambda");
    const lambda = await clients.lambda();
    const command = new GetFunctionConfigurationCommand({ FunctionName });
    return calling("lambda:GetFunctionConfiguration", place, () =>
      unlessMissing(lambda.send(command), "ResourceNotFoundException"),
    );
  }
  return {
    live: async (name) => (await configuration(name))?.CodeSha256,
    async update(FunctionName, ZipFile, signal) {
      const { UpdateFunctionCodeCommand } = await import("@aws-sdk/client-lambda");
      const lambda = await clients.lambda();
      const command = new UpdateFunctionCodeCommand({ FunctionName, ZipFile });
      await calling("lambda:UpdateFunctionCode", place, () => lambda.send(command));
      for (let pause = FIRST_POLL_MS; ; pause = Math.min(SLOWEST_POLL_MS, pause * 1.5)) {
        const { LastUpdateStatus, LastUpdateStatusReason } = (await configuration(FunctionName)) ?? {};
        if (LastUpdateStatus === undefined || LastUpdateStatus === "Successful") return;
        if (LastUpdateStatus === "Failed") {
          throw new ExternalError(
            `${FunctionName} did not take the new code: ${LastUpdateStatusReason ?? "no reason"}`,
            {
              code: "CODE_REFUSED",
              where: FunctionName,
              hint: "It runs the code that it had. Mend what is said above and run the command again.",
            },
          );
        }
        await clock.sleep(pause, signal);
      }
    },
  };
}
