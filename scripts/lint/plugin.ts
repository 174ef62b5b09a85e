/** House rules that no published plugin has. oxlint loads this file by `.oxlintrc.json`. */

interface Comment {
  value: string;
  loc: unknown;
}

interface Context {
  sourceCode: { getAllComments(): Comment[] };
  report(problem: { loc: unknown; message: string }): void;
}

const DISABLE = /^\s*(?:oxlint|eslint)-disable/;
const WITH_REASON = /\s--\s+\S.{9,}/s;

export default {
  meta: { name: "house" },
  rules: {
    "disable-with-reason": {
      create: (context: Context) => ({
        Program() {
          for (const comment of context.sourceCode.getAllComments()) {
            if (!DISABLE.test(comment.value) || WITH_REASON.test(comment.value)) continue;
            const message = "Say why the rule does not hold here: oxlint-disable-next-line rule -- the reason.";
            context.report({ loc: comment.loc, message });
          }
        },
      }),
    },
  },
};
