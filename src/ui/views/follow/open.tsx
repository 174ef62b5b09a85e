import { mount } from "../../components/mount.tsx";
import { resultOnScreen } from "../../render/text/shared.ts";
import type { LiveView, Screen } from "../../render/view.ts";
import { FollowView } from "./FollowView.tsx";
import { type FollowedEvent, initialFollow, reduceFollow } from "./state.ts";

/** The live timeline of `submit` and `watch`. */
export function open(screen: Screen): LiveView<FollowedEvent> {
  return mount(screen, {
    initial: initialFollow,
    reduce: (state, event: FollowedEvent) => reduceFollow(state, event, screen.now()),
    View: FollowView,
    after: ({ result }) => (screen.showsResult && result !== undefined ? `\n${resultOnScreen(result)}\n` : undefined),
  });
}
