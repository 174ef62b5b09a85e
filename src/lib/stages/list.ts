import { EXIT } from "../../contract/exit.ts";
import type { StagesListEvent } from "../../contract/operations/stages.ts";
import { checkAppName } from "../app-name.ts";
import { targetOf } from "../deploy/enter.ts";
import type { Workplace } from "../services.ts";
import type { StageChoice } from "../stage-choice.ts";

/** Lists the stages of an account and region, of all apps or of one. */
export async function* listStages(choice: StageChoice, place: Workplace): AsyncGenerator<StagesListEvent> {
  if (choice.app !== undefined) checkAppName(choice.app);
  const account = await place.services.openAccount(targetOf(choice));
  try {
    const identity = await account.identity();
    let count = 0;
    for await (const outputs of account.stages(choice.app)) {
      place.signal.throwIfAborted();
      count++;
      yield { type: "stage-found", outputs, mark: await account.mark(outputs) };
    }
    yield { type: "summary", operation: "stages-list", exitCode: EXIT.completed, ...identity, count };
  } finally {
    await account.close();
  }
}
