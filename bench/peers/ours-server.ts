/** A process that is the bare local stack: `node ours-server.ts <port> [state folder]`. */
import { systemClock } from "../../src/contract/clock.ts";
import { startStack } from "../../src/local/stack.ts";

const [port, stateDir] = process.argv.slice(2);
const stack = await startStack({
  port: Number(port),
  portRequired: true,
  speed: 1,
  faults: [],
  fresh: false,
  clock: systemClock,
  onEvent() {},
  ...(stateDir === undefined ? {} : { stateDir }),
});
process.once("SIGTERM", () => {
  void stack.close().finally(() => process.exit());
});
