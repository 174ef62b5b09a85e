import { Box } from "ink";
import { Text } from "./Text.tsx";
import stringWidth from "string-width";
import { printable } from "../printable.ts";

export interface Column<Row> {
  title: string;
  text(row: Row): string;
  /** Takes what room is left; at most one column should. */
  grow?: boolean;
  align?: "left" | "right";
}

interface TableProps<Row> {
  columns: Column<Row>[];
  rows: Row[];
  rowKey(row: Row): string;
}

/** Columns as wide as their widest cell; the growing one is cut where the terminal ends. */
export function Table<Row>({ columns, rows, rowKey }: TableProps<Row>) {
  const widths = columns.map((column) =>
    Math.max(stringWidth(column.title), ...rows.map((row) => stringWidth(printable(column.text(row))))),
  );
  const cell = (column: Column<Row>, index: number, text: string, head: boolean) => (
    <Box
      key={column.title}
      marginRight={2}
      justifyContent={column.align === "right" ? "flex-end" : "flex-start"}
      {...(column.grow ? { flexShrink: 1, flexGrow: 1 } : { width: widths[index] ?? 0, flexShrink: 0 })}
    >
      <Text wrap="truncate-end" dimColor={head}>
        {text}
      </Text>
    </Box>
  );
  return (
    <Box flexDirection="column">
      <Box>{columns.map((column, index) => cell(column, index, column.title, true))}</Box>
      {rows.map((row) => (
        <Box key={rowKey(row)}>{columns.map((column, index) => cell(column, index, column.text(row), false))}</Box>
      ))}
    </Box>
  );
}
