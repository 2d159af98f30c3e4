import parser from "@typescript-eslint/parser";
import drizzle from "eslint-plugin-drizzle";

// The rules nearest to tenantlint's that ESLint can say: each sees one file and one table at a time.
const restricted = [
  {
    selector: "CallExpression[callee.name='pgTable']:not(:has(Property[key.name='tenant_id']))",
    message: "A table has a tenant_id.",
  },
  {
    selector: "CallExpression[callee.name='pgTable']:not(:has(Property[key.name='id']))",
    message: "A table has an id.",
  },
  {
    selector: "CallExpression[callee.name='pgTable'] > ObjectExpression > Property[key.name=/[A-Z]/]",
    message: "Columns are in snake_case.",
  },
  {
    selector: "CallExpression[callee.name='timestamp']:not(:has(Property[key.name='withTimezone']))",
    message: "A timestamp has a time zone.",
  },
];

export default [
  {
    files: ["**/*.ts"],
    languageOptions: { parser },
    plugins: { drizzle },
    rules: {
      "drizzle/enforce-delete-with-where": "error",
      "drizzle/enforce-update-with-where": "error",
      "no-restricted-syntax": ["error", ...restricted],
      "no-unused-vars": "error",
      "no-undef": "off",
    },
  },
];
