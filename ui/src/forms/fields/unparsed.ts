import { createContext, useContext } from "react";

/** Fields of which the text is no JSON yet; while there is one, nothing is sent. */
export const Unparsed = createContext<(field: string, broken: boolean) => void>(() => undefined);

export const useUnparsed = () => useContext(Unparsed);
