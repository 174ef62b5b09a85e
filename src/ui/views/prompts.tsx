import { Box, render, useInput } from "ink";
import { Text } from "../components/Text.tsx";
import { useEffect, useState } from "react";
import { Confirm } from "../components/Confirm.tsx";
import { ColorScope, useColor } from "../components/color.tsx";
import { Select } from "../components/Select.tsx";
import { TextInput } from "../components/TextInput.tsx";
import type { PromptModule, Question, Screen } from "../render/view.ts";
import { GLYPHS } from "../theme.ts";

type Answers = Record<string, string>;

interface FormProps {
  questions: Question[];
  onDone(answers: Answers | undefined): void;
}

/** Asks one question after another; what was answered stays above. */
function Form({ questions, onDone }: FormProps) {
  const color = useColor();
  const [answers, setAnswers] = useState<Answers>({});
  useInput((input, key) => {
    if (key.escape || (key.ctrl && input === "c")) onDone(undefined);
  });
  const question = questions.find(({ name }) => !(name in answers));
  const answer = (value: string) => {
    if (!question) return;
    setAnswers({ ...answers, [question.name]: value });
  };
  // Only now, so that the last answer is drawn before the form goes.
  useEffect(() => {
    if (Object.keys(answers).length === questions.length) onDone(answers);
  }, [answers, questions, onDone]);
  return (
    <Box flexDirection="column">
      {questions
        .filter(({ name }) => name in answers)
        .map(({ name, message, kind }) => (
          <Text key={name}>
            <Text {...color("green")}>{GLYPHS.ok}</Text> {message}{" "}
            <Text {...color("cyan")}>{shownAnswer(kind, answers[name])}</Text>
          </Text>
        ))}
      {question ? <Asked key={question.name} question={question} onAnswer={answer} /> : null}
    </Box>
  );
}

function shownAnswer(kind: Question["kind"], answer: string | undefined): string {
  if (kind === "secret") return "(not shown)";
  return kind === "confirm" ? yesOrNo(answer) : (answer ?? "");
}

const yesOrNo = (answer: string | undefined) => (answer === "true" ? "yes" : "no");

function Asked({ question, onAnswer }: { question: Question; onAnswer(value: string): void }) {
  const { message } = question;
  switch (question.kind) {
    case "text":
      return (
        <TextInput
          message={message}
          initial={question.initial ?? ""}
          validate={question.validate}
          onSubmit={onAnswer}
        />
      );
    case "secret":
      return <TextInput hidden message={message} validate={question.validate} onSubmit={onAnswer} />;
    case "select":
      return <Select message={message} choices={question.choices} initial={question.initial} onSubmit={onAnswer} />;
    case "confirm":
      return <Confirm message={message} initial={question.initial} onSubmit={(yes) => onAnswer(String(yes))} />;
  }
}

/** Asks on the terminal; resolves when the last question is answered or the user leaves. */
export const ask: PromptModule["ask"] = async (questions: Question[], screen: Screen) => {
  let result: Answers | undefined;
  const app = render(
    <ColorScope on={screen.color}>
      <Form
        questions={questions}
        onDone={(answers) => {
          result = answers;
          void app.waitUntilRenderFlush().then(() => app.unmount());
        }}
      />
    </ColorScope>,
    { stdout: screen.stream, stdin: screen.stdin, exitOnCtrlC: false, patchConsole: false, interactive: true },
  );
  await app.waitUntilExit();
  return result;
};
