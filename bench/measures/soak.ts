import type { Measure } from "../context.ts";
import { memoryOverMessages } from "../soak/memory.ts";
import { soakPipeline } from "../soak/pipeline.ts";
import { formatSeries, summarise } from "../stats.ts";

const DEV = "ai-pipeline dev";
/** The last half of the messages may take so much more than the first. */
const FLAT = 1.2;

/** Whether anything is lost, told twice or piled up when much goes through, some of it fails, and `dev` is killed. */
export const soak: Measure = {
  name: "soak",
  async run(context) {
    const plan = context.quick ? { tasks: 320, followers: 32 } : { tasks: 10_000, followers: 1000 };
    const messages = context.quick ? 10_000 : 100_000;
    const outcome = await soakPipeline(context, plan);
    context.log(`soak: ${JSON.stringify(outcome)}`);
    const { completed, deadlettered, failedAttempts, seconds, told } = outcome;
    const readings = await memoryOverMessages(context, messages);
    const half = readings.length / 2;
    const [first, last] = [summarise(readings.slice(0, half)), summarise(readings.slice(half))];
    context.log(`memory: ${readings.map((reading) => Math.round(reading)).join(" ")} MB`);
    const count = (value: number) => value.toLocaleString("en-US");
    const what = `${count(plan.tasks)} tasks, 30% of the model's calls failing, dev killed half-way`;
    return {
      title: "Soak",
      method: `The template \`minimal\` on the offline model, which answers 429, 5xx or breaks off in a tenth of the calls each; \`--speed 60\`, ten at a time. When half of the tasks were accepted, \`dev\` gets a SIGKILL and is started again on its state. Then each task's timeline is read: the run fails when one is lost, has a gap, no end or two. ${count(plan.followers)} tasks are followed from their submit, over a WebSocket each. Memory is the process of \`dev\` alone (VmRSS), read ten times while ${count(messages)} messages go through a bare handler.`,
      rows: [
        {
          what,
          subject: DEV,
          value: `${count(completed)} completed, ${count(deadlettered)} dead-lettered, ${count(failedAttempts)} failed attempts, ${(plan.tasks / seconds).toFixed(0)} tasks/s`,
          target: "each ends once",
          met: completed + deadlettered === plan.tasks,
        },
        {
          what: `${count(plan.followers)} followers, cut off once`,
          subject: "ai-pipeline/client",
          value: `${count(told)} told every event in order to the end`,
          target: "all of them",
          met: told === plan.followers,
        },
        {
          what: `memory over ${count(messages)} messages, first half and second half`,
          subject: DEV,
          value: `${formatSeries(first)} and ${formatSeries(last)} MB`,
          target: "flat",
          met: last.median <= first.median * FLAT,
        },
      ],
    };
  },
};
