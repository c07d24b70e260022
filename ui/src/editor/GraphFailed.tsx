import { Text } from "@mantine/core";
import { Component, type ReactNode } from "react";

interface Props {
  document: unknown;
  children: ReactNode;
}

/** In place of a graph that could not be drawn; the next change of the document tries again. */
export class GraphFailed extends Component<Props, { failedOn: unknown; failed: boolean }> {
  override state = { failedOn: undefined as unknown, failed: false };

  static getDerivedStateFromError(): { failed: boolean } {
    return { failed: true };
  }

  static getDerivedStateFromProps(props: Props, state: { failedOn: unknown; failed: boolean }) {
    if (state.failed && state.failedOn !== undefined && state.failedOn !== props.document) {
      return { failed: false, failedOn: undefined };
    }
    return state.failed ? { ...state, failedOn: props.document } : null;
  }

  override render(): ReactNode {
    if (!this.state.failed) return this.props.children;
    return (
      <Text fz="sm" c="dimmed" p="md">
        The graph cannot be drawn of this text yet.
      </Text>
    );
  }
}
