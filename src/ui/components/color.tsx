import { createContext, type ReactNode, useContext } from "react";

const ColorContext = createContext(true);

/** Says once for a whole screen whether it has colours. */
export function ColorScope({ on, children }: { on: boolean; children: ReactNode }) {
  return <ColorContext value={on}>{children}</ColorContext>;
}

/** @returns whether this screen has colours. */
export function useColors(): boolean {
  return useContext(ColorContext);
}

/** @returns a function from a colour to the props that draw it: none under NO_COLOR. */
export function useColor(): (color: string) => { color?: string } {
  const on = useColors();
  return (color) => (on ? { color } : {});
}
