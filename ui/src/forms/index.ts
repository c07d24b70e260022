export type { Problem } from "./check/problems";
export { SchemaForm, type SchemaFormProps } from "./SchemaForm";
