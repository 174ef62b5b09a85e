import type { ViewRegistry } from "../render/view.ts";

/** The Ink views, each loaded when it is drawn. */
export const views: ViewRegistry = { operations: {} };
