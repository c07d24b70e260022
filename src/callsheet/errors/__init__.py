"""Every exception that Callsheet raises on purpose.

```
CallsheetError
├── NotFound                 RunNotFound, StepNotFound, ScenarioNotFound, TriggerNotFound (ScheduleNotFound,
│                            HookNotFound), KeyNotFound, SecretNotFound
├── Invalid                  InputInvalid, ScenarioInvalid, CursorInvalid, IdempotencyKeyReused, ForkInvalid,
│                            TriggerInvalid
├── Conflict                 AlreadyAnswered, StepNotWaiting, RunNotFinished, RunIsFinished, NothingToRetry, RunIsChild,
│                            RevisionConflict (TriggerConflict), ScenarioReadOnly,
│                            RevisionRequired (TriggerRevisionRequired), TriggerReadOnly
├── Unavailable              JournalUnavailable (JournalLost), ToolsUnavailable, ShuttingDown, QueueFull, HookNotReady
├── TooManyRuns              the caller has as many runs as they may
├── SignatureRefused         SignatureExpired: a hook's request is not from who knows the secret, or not from now
├── Unauthenticated          CredentialInvalid, CredentialExpired: nobody knows who calls
├── TooManyGuesses           too many credentials from one address were wrong
├── Forbidden                the caller is known and may not do this
├── RunOwnershipLost         another worker writes this run
├── RunDamaged               the journal holds something else than was written
├── DecryptionFailed         what was encrypted cannot be read: another key, or changed
├── ConfigurationInvalid     callsheet.toml, the environment, mcp.json
└── StepFailure              what a scenario can see: a code, a message, data
    └── ToolCallFailed       ServerUnavailable (AuthRequired), RateLimited, TransportLost (HeldCallLost),
                             ContinuationExpired, ToolTimeout, ToolFailed, ToolMissing (ToolForbidden,
                             DefinitionChanged), BadOutput, OutputTooLarge
```

A class is in the module of what it is about: `runs`, `scenarios`, `triggers`, `journal`, `access`, `secrets`,
`service`, `steps`, `tools`. The root is in `kinds`, and so are the kinds that others are of.

Each class has a stable `code`; codes are public, wording is not. Nothing in here knows HTTP: `api/errors.py` has the
one table from code to status.
"""
