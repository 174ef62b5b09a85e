import type { Call } from "../call.ts";
import type { Input } from "../input.ts";
import { queueOf } from "../queue-url.ts";
import { send, type SendResult } from "../send.ts";

export function sendMessage(input: Input, call: Call): SendResult {
  return send(call, queueOf(call.engine, input), input);
}
