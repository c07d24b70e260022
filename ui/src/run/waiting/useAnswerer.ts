import { useLocalStorage } from "@mantine/hooks";

/** Who answers, as this browser was told the last time. */
export function useAnswerer(): readonly [string, (name: string) => void] {
  const [name, setName] = useLocalStorage({ key: "callsheet-answerer", defaultValue: "" });
  return [name, setName];
}
