import { render } from "ink";
import { useSyncExternalStore } from "react";
import type { Desk, DeskIntent, DeskMemory } from "../../../contract/desk.ts";
import { messageOf } from "../../../contract/errors.ts";
import { ColorScope } from "../../components/color.tsx";
import type { DeskModule, Screen } from "../../render/view.ts";
import { DeskView } from "./DeskView.tsx";
import { press } from "./keys.ts";
import { currentLetter, type DeskEvent, type DeskState, idOf, initialDesk, memoryOf, reduceDesk } from "./state.ts";

/** Lets the user look and choose; resolves when something is to be done, or with undefined when the user leaves. */
export const open: DeskModule["open"] = async (desk: Desk, memory: DeskMemory | undefined, screen: Screen) => {
  let state: DeskState = initialDesk(memory);
  let place = memory;
  let intent: DeskIntent | undefined;
  const asked = new Set<string>();
  const listeners = new Set<() => void>();
  const update = (next: DeskState) => {
    state = next;
    for (const listener of listeners) listener();
    void showCurrent();
  };
  const push = (event: DeskEvent) => update(reduceDesk(state, event, place));

  /** What the cursor stands on is read once. */
  async function showCurrent(): Promise<void> {
    const letter = currentLetter(state);
    if (!letter) return;
    const id = idOf(letter);
    if (asked.has(id)) return;
    asked.add(id);
    const detail = await desk.detail(letter).catch((error: unknown) => messageOf(error));
    push({ type: "detail", id, detail });
  }

  async function load(): Promise<void> {
    asked.clear();
    try {
      for await (const event of desk.load()) push(event);
    } catch (error) {
      push({ type: "problem", message: messageOf(error) });
    }
  }

  const onKey: Parameters<typeof DeskView>[0]["onKey"] = (input, key, page) => {
    const pressed = press(state, input, key, desk, page);
    if (pressed.wants === "leave") return app.unmount();
    if (pressed.wants === "reload") {
      place = memoryOf(pressed.state);
      const { loaded: _loaded, ...rest } = pressed.state;
      update({ ...rest, details: new Map() });
      return void load();
    }
    if (pressed.wants) {
      intent = { argv: pressed.wants.argv, memory: memoryOf(pressed.state) };
      return app.unmount();
    }
    update(pressed.state);
  };

  const Root = () => {
    const current = useSyncExternalStore(
      (listener) => {
        listeners.add(listener);
        return () => void listeners.delete(listener);
      },
      () => state,
    );
    return (
      <ColorScope on={screen.color}>
        <DeskView desk={desk} state={current} onKey={onKey} />
      </ColorScope>
    );
  };
  const app = render(<Root />, {
    stdout: screen.stream,
    stdin: screen.stdin,
    exitOnCtrlC: false,
    patchConsole: false,
    interactive: true,
    alternateScreen: true,
  });
  const loading = load();
  await app.waitUntilExit();
  void loading;
  return intent;
};
