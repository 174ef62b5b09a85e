import { mount } from "../../components/mount.tsx";
import type { LiveView, Screen } from "../../render/view.ts";
import { DevView } from "./DevView.tsx";
import { type DevEvent, initialDev, reduceDev } from "./state.ts";

/** The screen of `dev`. */
export function open(screen: Screen): LiveView<DevEvent> {
  return mount(screen, {
    initial: initialDev,
    reduce: (state, event: DevEvent) => reduceDev(state, event, screen.now()),
    View: DevView,
  });
}
