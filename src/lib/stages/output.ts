import { UsageError } from "../../contract/errors.ts";
import { EXIT } from "../../contract/exit.ts";
import type { OutputEvent } from "../../contract/operations/stages.ts";
import { outputRows } from "../../contract/output-rows.ts";
import type { StageOutputs } from "../../contract/resources.ts";
import type { Workplace } from "../services.ts";
import type { StageChoice } from "../stage-choice.ts";
import { enterStageForReading } from "../tasks.ts";

/** Tells what a stage says of itself: all of it, or one value. */
export async function* showOutput(
  input: { choice: StageChoice; name?: string },
  place: Workplace,
): AsyncGenerator<OutputEvent> {
  const stage = yield* enterStageForReading(input.choice, place);
  try {
    const { outputs } = stage.client;
    const value = input.name === undefined ? undefined : valueOf(outputs, input.name);
    yield { type: "outputs", outputs, ...(value === undefined ? {} : { value }) };
    yield { type: "summary", operation: "output", exitCode: EXIT.completed };
  } finally {
    await stage.close();
  }
}

function valueOf(outputs: StageOutputs, name: string): string {
  const rows = outputRows(outputs);
  const found = rows.find(([known]) => known === name);
  if (found) return found[1];
  throw new UsageError(`A stage has no output ${name}.`, {
    code: "OUTPUT_UNKNOWN",
    where: "output [name]",
    hint: `It has ${rows.map(([known]) => known).join(", ")}.`,
  });
}
