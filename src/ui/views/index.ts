import type { ViewRegistry } from "../render/view.ts";

/** The Ink views, each loaded when it is drawn. */
export const views: ViewRegistry = {
  operations: {
    submit: () => import("./follow/open.tsx"),
    watch: () => import("./follow/open.tsx"),
    batch: () => import("./batch/open.tsx"),
    smoke: () => import("./smoke/open.tsx"),
    dev: () => import("./dev/open.tsx"),
    init: () => import("./init/open.tsx"),
    "init-list": () => import("./init/list.tsx"),
    faults: () => import("./faults/open.tsx"),
    status: () => import("./status/open.tsx"),
    consumption: () => import("./consumption/open.tsx"),
    "tasks-list": () => import("./tasks/list.tsx"),
    "tasks-show": () => import("./tasks/show.tsx"),
    "tasks-cancel": () => import("./tasks/cancel.tsx"),
    "tasks-retry": () => import("./follow/open.tsx"),
    "tasks-run": () => import("./follow/open.tsx"),
    "dlq-list": () => import("./letters/queues.tsx"),
    "dlq-inspect": () => import("./letters/groups.tsx"),
    "dlq-show": () => import("./letters/show.tsx"),
    "dlq-redrive": () => import("./redrive/open.tsx"),
    "dlq-replay": () => import("./replay/open.tsx"),
    "dlq-import": () => import("./letters/change.tsx").then(({ openImport: open }) => ({ open })),
    "dlq-purge": () => import("./letters/change.tsx").then(({ openPurge: open }) => ({ open })),
  },
  desk: () => import("./desk/open.tsx"),
  prompts: () => import("./prompts.tsx"),
  error: () => import("./error.tsx"),
};
