import parser from "@typescript-eslint/parser";
import drizzle from "eslint-plugin-drizzle";

export default [
  {
    files: ["**/*.ts"],
    languageOptions: { parser },
    plugins: { drizzle },
    rules: {
      "drizzle/enforce-delete-with-where": "error",
      "drizzle/enforce-update-with-where": "error",
    },
  },
];
