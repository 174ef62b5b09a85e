import { AbortError } from "../contract/errors.ts";
import type { FollowEvent, StageClient, TaskFollower } from "../contract/ports.ts";
import { createUntold } from "./untold.ts";
import { findRunningAround, type Running } from "./dev-file.ts";
import { invocation } from "./installation.ts";
import { untilAborted } from "./interrupt.ts";
import type { Workplace } from "./services.ts";

/** How soon, and how long, a stack that does not answer any more is looked for: whoever starts `dev` anew needs a moment. */
const LOOK_MS = 500;
const GONE_MS = 20_000;

/** The stack that a stage is on, as it was found; it may end, and be started anew on another port. */
interface Found {
  running: Running;
  client: StageClient;
}

/**
 * Makes of a client of a running local stack one that goes along when the stack is started anew, on whatever port: a follower
 * goes on where it was, and whoever is asked next is the new one.
 *
 * @param open opens the stage of a stack that was found.
 */
export function createMovingStage(
  first: Found,
  open: (running: Running) => Promise<StageClient>,
  place: Workplace,
): StageClient {
  let now = first;
  let moving: Promise<void> | undefined;
  const left: StageClient[] = [];

  const move = async (running: Running) => {
    const client = await open(running);
    left.push(now.client);
    now = { running, client };
  };
  const follower = createMovingFollower({
    place,
    now: () => now,
    moveTo: (running) =>
      isSame(running, now.running) ? Promise.resolve() : (moving ??= move(running).finally(() => (moving = undefined))),
  });
  const own = {
    follower,
    async close() {
      await moving?.catch(() => undefined);
      await Promise.all([now.client, ...left].map((client) => client.close()));
    },
  };
  // All else is asked of the stack that is there now.
  return new Proxy(first.client, {
    get: (_, name): unknown => Reflect.get(Object.hasOwn(own, name) ? own : now.client, name),
  });
}

interface Moving {
  place: Workplace;
  now(): Found;
  moveTo(running: Running): Promise<void>;
}

const isSame = (a: Running, b: Running) =>
  a.pid === b.pid && a.endpoint === b.endpoint && a.controlToken === b.controlToken;

function createMovingFollower({ place, now, moveTo }: Moving): TaskFollower {
  /** Resolves with the stack that took the place of the one that was followed; rejects when there is none for long. */
  async function successor(of: Running, signal: AbortSignal): Promise<Running> {
    const { clock } = place;
    let seen = clock.now();
    for (;;) {
      await clock.sleep(LOOK_MS, signal);
      const running = await findRunningAround(place.cwd);
      if (running && !isSame(running, of)) return running;
      if (running) seen = clock.now();
      else if (clock.now() - seen >= GONE_MS) throw gone(of, place);
    }
  }

  async function* following(
    followOn: (client: StageClient, signal: AbortSignal) => AsyncIterable<FollowEvent>,
    signal: AbortSignal,
  ): AsyncGenerator<FollowEvent> {
    while (!signal.aborted) {
      const { running, client } = now();
      const ended = new AbortController();
      const until = AbortSignal.any([signal, ended.signal]);
      let next: Running | undefined;
      let lost: { error: unknown } | undefined;
      const watch = (): AbortController => {
        const own = new AbortController();
        successor(running, AbortSignal.any([until, own.signal])).then(
          (found) => {
            next = found;
            ended.abort();
          },
          (error: unknown) => {
            if (own.signal.aborted || until.aborted) return;
            lost = { error };
            ended.abort();
          },
        );
        return own;
      };
      let watching: AbortController | undefined = watch();
      try {
        for await (const event of untilAborted(followOn(client, until), until)) {
          if (event.type === "connection" && event.state === "connected") {
            watching?.abort();
            watching = undefined;
          } else if (event.type === "connection") watching ??= watch();
          yield event;
        }
      } catch (error) {
        // A stack that was started anew may know nothing of the token, or the task.
        const found = await findRunningAround(place.cwd);
        if (!found || isSame(found, running)) throw error;
        next = found;
      } finally {
        watching?.abort();
        ended.abort();
      }
      if (lost) throw lost.error;
      if (!next) return;
      await moveTo(next);
      yield {
        type: "connection",
        state: "reconnecting",
        reason: `the local stack was started anew, at ${next.endpoint}`,
      };
    }
  }

  return {
    async *follow(taskId, { after = 0, signal }) {
      const untold = createUntold(after);
      const events = following(
        (client, until) => client.follower.follow(taskId, { after: untold.seq, signal: until }),
        signal,
      );
      for await (const event of events) {
        const fresh = untold.of(event);
        if (fresh) yield fresh;
      }
    },
    async *followAll({ since, signal }) {
      let from = since;
      const events = following((client, until) => {
        const options = { signal: until, ...(from === undefined ? {} : { since: from }) };
        from = new Date(place.clock.now()).toISOString();
        return client.follower.followAll(options);
      }, signal);
      for await (const event of events) {
        // What is accepted while nobody tells is told from its beginning.
        if (event.type !== "connection") from = new Date(place.clock.now()).toISOString();
        yield event;
      }
    },
  };
}

function gone({ endpoint, kind }: Running, place: Workplace): AbortError {
  const command = invocation(place.installation, place.cwd);
  return new AbortError(
    `${kind === "dev" ? "dev" : "The command that ran the local stack"} has ended, and none was started for ${GONE_MS / 1000} s.`,
    {
      code: "STAGE_NOT_RUNNING",
      where: endpoint,
      hint: [`Start it in another terminal: ${command} dev`, "What was accepted is kept, and goes on there."],
    },
  );
}
