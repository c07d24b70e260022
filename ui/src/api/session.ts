import { answer, answered, api, type Schema } from "./client";

/** Who calls, and what they may do; nobody when `signed_in` is false. */
export type Session = Schema<"SessionResponse">;
export type Role = Schema<"Role">;

/** Who calls now. */
export const currentSession = (): Promise<Session> => answer(api.GET("/api/session"));

/** Signs in: the service gives the browser a cookie that no script can read. */
export const signIn = (key: string): Promise<Session> => answer(api.POST("/api/session", { body: { key } }));

/** Ends the session. */
export const signOut = () => answered(api.DELETE("/api/session"));
