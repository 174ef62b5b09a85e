import type { Json } from "../../../contract/task.ts";
import { mount } from "../../components/mount.tsx";
import type { LiveView, Screen } from "../../render/view.ts";
import { FollowView } from "./FollowView.tsx";
import { type FollowedEvent, initialFollow, reduceFollow } from "./state.ts";

function resultText(result: Json): string {
  return typeof result === "string" ? result : JSON.stringify(result, null, 2);
}

/** The live timeline of `submit` and `watch`. */
export function open(screen: Screen): LiveView<FollowedEvent> {
  return mount(screen, {
    initial: initialFollow,
    reduce: (state, event: FollowedEvent) => reduceFollow(state, event, screen.now()),
    View: FollowView,
    after: ({ result }) => (screen.showsResult && result !== undefined ? `\n${resultText(result)}\n` : undefined),
  });
}
