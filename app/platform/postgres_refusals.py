"""Why the embedded PostgreSQL does not run: each reason says what to do about it."""

from app.kernel.refusals import Refusal, marked


class EmbeddedPostgresRefusal(Refusal):
    """Base of the reasons. Unlike other refusals its string is the whole sentence, for it may end in a terminal."""

    code = "embedded_postgres"
    text = marked("Die eingebaute Datenbank läuft nicht.")

    def __str__(self) -> str:
        return self.text.format(**self.facts)


class NotBundled(EmbeddedPostgresRefusal):
    """Facts: system."""

    code = "postgres_not_bundled"
    text = marked(
        "Für dieses System ({system}) ist keine Datenbank eingebaut. "
        "Setzen Sie DATABASE_URL auf einen PostgreSQL-Server ab Version 15."
    )


class OtherMajorVersion(EmbeddedPostgresRefusal):
    """Facts: path, found, bundled."""

    code = "postgres_other_major_version"
    text = marked(
        "{path} enthält Daten von PostgreSQL {found}, eingebaut ist PostgreSQL {bundled}. "
        "Übertragen Sie die Daten mit pg_dump und pg_restore, oder setzen Sie DATABASE_URL auf einen Server "
        "der Version {found}."
    )


class NotACluster(EmbeddedPostgresRefusal):
    """Facts: path."""

    code = "postgres_directory_in_use_otherwise"
    text = marked(
        "{path} ist nicht leer, enthält aber keine Datenbank. Setzen Sie DATA_DIR auf ein anderes Verzeichnis."
    )


class ClusterMissing(EmbeddedPostgresRefusal):
    """Facts: pointer, path."""

    code = "postgres_cluster_missing"
    text = marked(
        "{pointer} nennt {path} als Ort der Datenbank, aber dort ist keine. Spielen Sie sie aus einer Sicherung "
        "zurück, oder löschen Sie {pointer}, um leer anzufangen."
    )


class OwnedByAnother(EmbeddedPostgresRefusal):
    """Facts: path, owner, expected."""

    code = "postgres_owned_by_another"
    text = marked(
        "{path} gehört dem Benutzer {owner}, nicht {expected}. Starten Sie Nahwerk als derselbe Benutzer wie "
        "bisher, oder geben Sie das Verzeichnis mit chown -R dem Benutzer {expected}."
    )


class NotReachable(EmbeddedPostgresRefusal):
    """Facts: path, account."""

    code = "postgres_directory_not_reachable"
    text = marked(
        "Der Benutzer {account}, unter dem die Datenbank läuft, erreicht {path} nicht. Setzen Sie DATA_DIR auf "
        "einen Ort, den er erreicht, oder starten Sie Nahwerk nicht als root."
    )


class NotWritable(EmbeddedPostgresRefusal):
    """Facts: path, reason."""

    code = "postgres_directory_not_writable"
    text = marked(
        "{path} lässt sich nicht anlegen oder beschreiben ({reason}). Prüfen Sie Rechte und freien Platz, oder "
        "setzen Sie DATA_DIR auf ein anderes Verzeichnis."
    )


class UnsafeSocketDirectory(EmbeddedPostgresRefusal):
    """Facts: path."""

    code = "postgres_socket_directory_unsafe"
    text = marked(
        "{path} gehört einem anderen Benutzer oder steht anderen offen. Die Datenbank wird darin nicht geöffnet. "
        "Löschen Sie es, oder setzen Sie DATA_DIR auf einen kürzeren Pfad."
    )


class UsedByAnother(EmbeddedPostgresRefusal):
    """Facts: path, pid."""

    code = "postgres_used_by_another"
    text = marked(
        "{path} wird von einem PostgreSQL benutzt, das nicht Nahwerk gestartet hat (Prozess {pid}). Beenden Sie "
        "es, oder setzen Sie DATABASE_URL auf diesen Server."
    )


class NotEnoughMemory(EmbeddedPostgresRefusal):
    """Facts: log, lines."""

    code = "postgres_not_enough_memory"
    text = marked(
        "Das System gibt der Datenbank nicht genug gemeinsamen Speicher. Nötig sind etwa 200 MB. "
        "Auszug aus {log}:\n{lines}"
    )


class NotReadyInTime(EmbeddedPostgresRefusal):
    """Facts: seconds, log, lines."""

    code = "postgres_not_ready_in_time"
    text = marked("Die Datenbank war nach {seconds} Sekunden nicht bereit. Auszug aus {log}:\n{lines}")


class StartFailed(EmbeddedPostgresRefusal):
    """Facts: log, lines."""

    code = "postgres_start_failed"
    text = marked("Die Datenbank ließ sich nicht starten. Auszug aus {log}:\n{lines}")
