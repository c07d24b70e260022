import { Alert, Text } from "@mantine/core";
import { useNavigate } from "@tanstack/react-router";
import { useRef, useState } from "react";

import { type ScenarioText, saveText } from "@/api/editing";
import { useShortcut } from "@/app/shortcuts";
import { PageHeader } from "@/components/PageHeader";
import { ConflictDialog } from "@/editor/saving/ConflictDialog";
import { CopyDialog } from "@/editor/saving/CopyDialog";
import { DraftNotice } from "@/editor/saving/DraftNotice";
import { forget } from "@/editor/saving/keptTexts";
import { LeaveGuard } from "@/editor/saving/LeaveGuard";
import { SaveNotice } from "@/editor/saving/SaveNotice";
import { useDraft } from "@/editor/saving/useDraft";
import { useSaving } from "@/editor/saving/useSaving";
import type { Syntax } from "@/editor/text/outline";
import { useMay } from "@/session/useSession";
import { EditorActions } from "./EditorActions";
import { EditorPanes } from "./EditorPanes";
import type { Opened } from "./opened";
import classes from "./ScenarioEditor.module.css";
import { useWorkspace } from "./useWorkspace";

/** The whole editor of one scenario. */
export function ScenarioEditor({ scenarioId, first }: { scenarioId: string; first: Opened }) {
  const place = useRef<HTMLDivElement>(null);
  const work = useWorkspace(place, first, `Text of the scenario ${scenarioId}`);
  const [base, setBase] = useState(first.revision);
  const [clean, setClean] = useState(first.revision === null ? "" : first.text);
  const [draft, setDraft] = useState(first.draft);
  const [copying, setCopying] = useState(false);
  const { saving, save, dismiss } = useSaving(scenarioId);
  const navigate = useNavigate();
  const readOnly = first.file !== null;
  const changed = work.text !== clean;
  useDraft({ scenarioId, text: work.text, syntax: work.syntax, revision: base, changed: changed && draft === null });

  const saveOn = async (revision: string | null) => {
    const text = work.now();
    const saved = await save(text, work.syntax, revision);
    if (!saved) return;
    setBase(saved.revision);
    setClean(text);
  };
  const takeTheirs = (theirs: ScenarioText) => {
    setBase(theirs.revision);
    setClean(theirs.source);
    work.put(theirs.source, theirs.syntax);
    dismiss();
  };
  const switchTo = (syntax: Syntax, text: string) => {
    if (!changed) setClean(text);
    work.put(text, syntax);
  };
  useShortcut("mod+s", "Save the scenario", () => (readOnly ? setCopying(true) : void saveOn(base)), {
    enabled: useMay(saveText),
  });

  return (
    <div className={classes.page ?? ""}>
      <PageHeader
        title={scenarioId}
        tab={`Edit ${scenarioId}`}
        subtitle={<State isNew={base === null} changed={changed} readOnly={readOnly} />}
        actions={
          <EditorActions
            scenarioId={scenarioId}
            syntax={work.syntax}
            readOnly={readOnly}
            busy={saving.state === "busy"}
            text={work.now}
            onSwitch={switchTo}
            onSave={() => void saveOn(base)}
            onCopy={() => setCopying(true)}
          />
        }
      />
      {first.file && <FileNotice file={first.file} />}
      {draft && (
        <DraftNotice
          draft={draft}
          revision={base}
          onTake={() => {
            work.put(draft.text, draft.syntax);
            if (draft.revision !== null) setBase(draft.revision);
            setDraft(null);
          }}
          onDrop={() => {
            forget("draft", scenarioId);
            setDraft(null);
          }}
        />
      )}
      <SaveNotice scenarioId={scenarioId} saving={saving} syntax={work.syntax} onDismiss={dismiss} />
      <EditorPanes scenarioId={scenarioId} place={place} work={work} />
      {saving.state === "conflict" && (
        <ConflictDialog
          scenarioId={scenarioId}
          mine={work.now()}
          syntax={work.syntax}
          onTakeTheirs={takeTheirs}
          onKeepMine={(theirs) => void saveOn(theirs.revision)}
          onClose={dismiss}
        />
      )}
      {copying && (
        <CopyDialog
          scenarioId={scenarioId}
          text={work.now()}
          syntax={work.syntax}
          onClose={() => setCopying(false)}
          onSaved={(copy) => {
            setClean(work.now());
            setCopying(false);
            void navigate({ to: "/scenarios/$scenarioId/edit", params: { scenarioId: copy }, ignoreBlocker: true });
          }}
        />
      )}
      <LeaveGuard holds={() => work.now() !== clean && !readOnly} />
    </div>
  );
}

function State({ isNew, changed, readOnly }: { isNew: boolean; changed: boolean; readOnly: boolean }) {
  if (readOnly) return changed ? "A file; your changes can be saved as a copy" : "A file, read only here";
  if (isNew) return "New, not saved yet";
  return changed ? "Changes that are not saved" : "All changes are saved";
}

function FileNotice({ file }: { file: string }) {
  return (
    <Alert variant="light" color="gray" py="xs">
      <Text fz="sm">
        This scenario is the file <b>{file}</b>, which is changed in its folder. Here it can be read, tried out,
        downloaded, and saved as a copy with another id.
      </Text>
    </Alert>
  );
}
