// How far something has come: signed → accepted → on chain.

/**
 * The steps in order; those before `at` are done, and the one there is under way.
 * @param {{ label: string, steps: string[], done: number }} props
 */
export const Steps = ({ label, steps, done }) => (
  <ol class="steps" aria-label={label}>
    {steps.map((step, index) => (
      <li key={step} class={index < done ? "done" : index === done ? "now" : ""} aria-current={index === done ? "step" : undefined}>{step}</li>
    ))}
  </ol>
);
