import { Box } from "ink";
import { Text } from "../../components/Text.tsx";
import type { Operations } from "../../../contract/operations/index.ts";
import { mount, type ViewProps } from "../../components/mount.tsx";
import type { LiveView, Screen } from "../../render/view.ts";

type ListEvent = Operations["init-list"];
type Template = Extract<ListEvent, { type: "template" }>;

function reduce(templates: Template[], event: ListEvent): Template[] {
  return event.type === "template" ? [...templates, event] : templates;
}

function TemplatesView({ state: templates, ended }: ViewProps<Template[]>) {
  if (!ended) return null;
  const width = Math.max(...templates.map(({ name }) => name.length));
  return (
    <Box flexDirection="column">
      {templates.map(({ name, description }) => (
        <Box key={name}>
          <Box width={width + 2} flexShrink={0}>
            <Text bold>{name}</Text>
          </Box>
          <Text>{description}</Text>
        </Box>
      ))}
    </Box>
  );
}

/** The templates, each with what it is. */
export function open(screen: Screen): LiveView<ListEvent> {
  return mount<Template[], ListEvent>(screen, { initial: [], reduce, View: TemplatesView });
}
