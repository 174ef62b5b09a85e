import { Text as InkText, type TextProps } from "ink";
import { Children, type ReactNode } from "react";
import { printable } from "../printable.ts";

/** Ink's text, with only what a screen may show: every string on a screen passes here. */
export function Text({ children, ...props }: TextProps) {
  return (
    <InkText {...props}>
      {Children.map(children, (child: ReactNode) => (typeof child === "string" ? printable(child) : child))}
    </InkText>
  );
}
