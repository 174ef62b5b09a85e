/** A row of the page: what is asked for, and whether the stack has it. */
export interface Row {
  names: string[];
  supported: "yes" | "part" | "no";
}

/** What the page says of one service. */
export interface Section {
  title: string;
  rows: Row[];
  /** A row says that everything else is refused. */
  others: boolean;
}

const REST = "all others";

/** Reads the tables of a page whose second column is "supported", by the heading that they stand under. */
export function readSections(markdown: string): Map<string, Section> {
  const sections = new Map<string, Section>();
  let title = "";
  let inTable = false;
  for (const line of markdown.split("\n")) {
    if (line.startsWith("## ")) title = line.slice(3).trim();
    const cells = line.startsWith("|")
      ? line
          .split("|")
          .slice(1, -1)
          .map((cell) => cell.trim())
      : [];
    if (cells.length === 0) inTable = false;
    if (cells[1] === "supported") inTable = true;
    else if (inTable && !/^-+$/.test(cells[1] ?? "")) add(title, cells);
  }
  return sections;

  function add(heading: string, [first = "", supported = ""]: string[]): void {
    const section = sections.get(heading) ?? { title: heading, rows: [], others: false };
    sections.set(heading, section);
    if (supported !== "yes" && supported !== "part" && supported !== "no")
      throw new Error(`${heading}: "${first}" says "${supported}", which is none of yes, part and no.`);
    const names = first.split(",").map((name) => name.trim().replaceAll("`", ""));
    if (first === REST) section.others = supported === "no";
    else section.rows.push({ names, supported });
  }
}
