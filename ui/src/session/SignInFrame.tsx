import { Text, Title } from "@mantine/core";
import type { ReactNode } from "react";

import classes from "./SignInFrame.module.css";

interface Props {
  title: string;
  children: ReactNode;
  about: ReactNode;
}

/** What signing in looks like, as a page and over one. */
export function SignInFrame({ title, about, children }: Props) {
  return (
    <div className={classes.place}>
      <main className={classes.card} id="main" tabIndex={-1}>
        <div className={classes.brand}>
          <img src="/favicon.svg" alt="" width={28} height={28} />
          Callsheet
        </div>
        <Title order={1} mb={4}>
          {title}
        </Title>
        <Text fz="sm" c="dimmed" mb="lg">
          {about}
        </Text>
        {children}
      </main>
    </div>
  );
}
