import { Box, render } from "ink";
import { type FunctionComponent, useSyncExternalStore } from "react";
import { printable } from "../printable.ts";
import type { LiveView, Screen } from "../render/view.ts";
import { ColorScope } from "./color.tsx";

/** What every view is drawn with. */
export interface ViewProps<State> {
  state: State;
  screen: Screen;
  /** True for the last frame: nothing animates, keys are not named. */
  ended: boolean;
}

interface Mounting<State, Event> {
  initial: State;
  reduce(state: State, event: Event): State;
  View: FunctionComponent<ViewProps<State>>;
  /** Written below the last frame: a text longer than the terminal, which no frame can hold. */
  after?(state: State): string | undefined;
}

/**
 * Draws a view on a terminal. State lives outside React: events are reduced here, React only renders what is current, and
 * Ink bounds the frames a second.
 */
export function mount<State, Event>(screen: Screen, mounting: Mounting<State, Event>): LiveView<Event> {
  const { View, reduce } = mounting;
  let current: { state: State; ended: boolean } = { state: mounting.initial, ended: false };
  const listeners = new Set<() => void>();
  const update = (next: typeof current) => {
    current = next;
    for (const listener of listeners) listener();
  };
  const subscribe = (listener: () => void) => {
    listeners.add(listener);
    return () => void listeners.delete(listener);
  };
  const Root = () => {
    const { state, ended } = useSyncExternalStore(subscribe, () => current);
    return (
      <ColorScope on={screen.color}>
        <Box flexDirection="column">
          <View state={state} ended={ended} screen={screen} />
        </Box>
      </ColorScope>
    );
  };
  const app = render(<Root />, {
    stdout: screen.stream,
    stdin: screen.stdin,
    exitOnCtrlC: false,
    patchConsole: false,
    interactive: true,
  });
  return {
    push: (event) => update({ ...current, state: reduce(current.state, event) }),
    async end() {
      update({ ...current, ended: true });
      await app.waitUntilRenderFlush();
      app.unmount();
      await app.waitUntilExit();
      const text = mounting.after?.(current.state);
      if (text !== undefined)
        await new Promise<void>((resolve) => void screen.stream.write(printable(text), () => resolve()));
    },
  };
}
