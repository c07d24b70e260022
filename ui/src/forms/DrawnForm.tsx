// Not from the package's front door: that also loads a registry for tests, which needs a validator that is not there.
import Form from "@rjsf/core/lib/components/Form.js";
import type { ErrorSchema, RJSFSchema, ValidatorType } from "@rjsf/utils";
import { tokens } from "./check/pointer";
import type { Problem } from "./check/problems";
import { ChoiceField } from "./fields/ChoiceField";
import { JsonField } from "./fields/JsonField";
import { nodeOf, schemaOf } from "./fields/labels";
import { SelectField } from "./fields/SelectField";
import { TextField } from "./fields/TextField";
import { YesNoField } from "./fields/YesNoField";
import { FieldFrame } from "./frames/FieldFrame";
import { ItemFrame, ListFrame } from "./frames/ListFrame";
import { ObjectFrame } from "./frames/ObjectFrame";
import { fitting } from "./schema/fitting";
import type { FormNode } from "./schema/node";

interface Props {
  node: FormNode;
  value: unknown;
  problems: readonly Problem[];
  busy: boolean;
  onChange: (value: unknown) => void;
}

/** The fields themselves. The library walks the node and changes the value; what is seen and said is ours. */
export function DrawnForm({ node, value, problems, busy, onChange }: Props) {
  return (
    <Form
      tagName="div"
      schema={schemaOf(node)}
      formData={value}
      extraErrors={errorsOf(problems)}
      onChange={(event) => onChange(event.formData)}
      disabled={busy}
      noValidate
      showErrorList={false}
      idSeparator="/"
      validator={validator}
      fields={fields}
      widgets={widgets}
      templates={templates}
      translateString={nothingIsNamed}
      experimental_defaultFormStateBehavior={nothingIsFilledIn}
    >
      {/* The button is outside: it also sends what was written as JSON. */}
      <span hidden />
    </Form>
  );
}

const fields = { AnyOfField: ChoiceField, OneOfField: ChoiceField, FallbackField: JsonField };

const widgets = {
  TextWidget: TextField,
  TextareaWidget: TextField,
  EmailWidget: TextField,
  URLWidget: TextField,
  PasswordWidget: TextField,
  DateWidget: TextField,
  DateTimeWidget: TextField,
  TimeWidget: TextField,
  ColorWidget: TextField,
  FileWidget: TextField,
  HiddenWidget: TextField,
  SelectWidget: SelectField,
  CheckboxesWidget: SelectField,
  CheckboxWidget: YesNoField,
};

const templates = {
  FieldTemplate: FieldFrame,
  ObjectFieldTemplate: ObjectFrame,
  ArrayFieldTemplate: ListFrame,
  ArrayFieldItemTemplate: ItemFrame,
};

/** The library asks only which option a value fits; problems are found by `problemsOf`. */
const validator: ValidatorType = {
  isValid: (schema, value) => fitting(nodeOf(schema), value) > 0,
  rawValidation: () => ({}),
  validateFormData: () => ({ errors: [], errorSchema: {} }),
};

// Defaults are filled in once, by `startingValue`; a field that is not touched is not sent.
const nothingIsFilledIn = {
  emptyObjectFields: "skipEmptyDefaults",
  arrayMinItems: { populate: "never" },
  allOf: "skipDefaults",
  constAsDefaults: "never",
} as const;

// The library's only words that are seen: the value of a field that was added.
const nothingIsNamed = (): string => "";

function errorsOf(problems: readonly Problem[]): ErrorSchema<RJSFSchema> {
  const root: ErrorTree = {};
  for (const { pointer, message } of problems) {
    let at = root;
    for (const key of tokens(pointer)) {
      if (key === "__proto__") break;
      const below = Object.hasOwn(at, key) ? at[key] : undefined;
      const next: ErrorTree = isTree(below) ? below : {};
      at[key] = next;
      at = next;
    }
    at.__errors = [...(Array.isArray(at.__errors) ? at.__errors : []), message];
  }
  return root as ErrorSchema<RJSFSchema>;
}

interface ErrorTree {
  [key: string]: ErrorTree | string[];
}

const isTree = (value: ErrorTree | string[] | undefined): value is ErrorTree =>
  value !== undefined && !Array.isArray(value);
