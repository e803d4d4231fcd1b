"""A pilot's evidence for its lead: figures with definitions, charts, packs; and the monitoring board."""

from __future__ import annotations

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response

from coil_bridge.domain import Person, Role
from coil_bridge.errors import InvalidInput
from coil_bridge.evaluation.definitions.registry import CURRENT, SETS
from coil_bridge.evaluation.published import AXES
from coil_bridge.evaluation.snapshot import Snapshot
from coil_bridge.services.piloting.board_records import RecordsBehind
from coil_bridge.services.piloting.evidence import Evidence
from coil_bridge.services.piloting.monitoring import Monitoring, lights
from coil_bridge.services.piloting.traits import Traits
from coil_bridge.web.evidence_views import merged_rows, setting_words, trait_names, weeks_by_place
from coil_bridge.web.forms import Form, load
from coil_bridge.web.schemas.evidence import PackSchema, RulesSchema, TraitSchema
from coil_bridge.web.texts import gettext, ngettext
from coil_bridge.web.visitors import Visitors

Reply = str | Response | tuple[str, int]


class EvidencePages:
    """The evaluation lead's evidence."""

    def __init__(
        self,
        evidence: Evidence,
        monitoring: Monitoring,
        records: RecordsBehind,
        traits: Traits,
        visitors: Visitors,
    ) -> None:
        self._evidence = evidence
        self._records = records
        self._monitoring = monitoring
        self._traits = traits
        self._visitors = visitors

    def blueprint(self) -> Blueprint:
        """The index of URLs."""
        pages = Blueprint("evidence", __name__, url_prefix="/pilots/<pilot_id>")
        add = pages.add_url_rule
        add("/evidence", "show", self.show)
        add("/evidence", "ask", self.ask, methods=["POST"])
        add("/evidence/state", "state", self.state)
        add("/evidence/packs", "packs", self.packs)
        add("/evidence/packs", "request_pack", self.request_pack, methods=["POST"])
        add("/evidence/packs/<pack_id>", "download", self.download)
        add("/evidence/rules", "set_rules", self.set_rules, methods=["POST"])
        add("/evidence/traits", "upload_traits", self.upload_traits, methods=["POST"])
        add("/board", "board", self.board)
        add("/records/<pairing_id>", "records", self.records)
        return pages

    def show(self, pilot_id: str) -> Reply:
        """The figures, what they mean, and the packs."""
        return self._page(self._evaluator(), pilot_id, None)

    def ask(self, pilot_id: str) -> Reply:
        """Have the figures worked out anew."""
        self._evidence.ask(self._evaluator(), pilot_id)
        flash(gettext("The figures are being worked out. Look again in a moment."), "info")
        return redirect(url_for("evidence.show", pilot_id=pilot_id), 303)

    def state(self, pilot_id: str) -> Reply:
        """Whether figures are being made: the part of the page that renews itself until they are."""
        found = self._evidence.state(self._evaluator(), pilot_id)
        return render_template("evidence/state.html", state=found.value, pilot_id=pilot_id)

    def packs(self, pilot_id: str) -> Reply:
        """The packs: the part of the page that renews itself while one is being made."""
        found = self._evidence.packs(self._evaluator(), pilot_id)
        return render_template("evidence/packs.html", packs=found, pilot_id=pilot_id)

    def request_pack(self, pilot_id: str) -> Reply:
        """Have a pack made."""
        wanted = load(PackSchema())
        self._evidence.request(self._evaluator(), pilot_id, **wanted, form_key=Form.typed().idempotency_key)
        flash(gettext("The pack is being made. It appears here when it is ready."), "info")
        return redirect(url_for("evidence.show", pilot_id=pilot_id, _anchor="packs"), 303)

    def download(self, pilot_id: str, pack_id: str) -> Reply:
        """A pack as a file."""
        file = self._evidence.download(self._evaluator(), pilot_id, pack_id)
        response = make_response(file.content)
        response.headers["Content-Type"] = file.media_type
        response.headers["Content-Disposition"] = f'attachment; filename="{file.name}"'
        return response

    def set_rules(self, pilot_id: str) -> Reply:
        """Change what the pilot sets."""
        person = self._evaluator()
        try:
            self._evidence.set_rules(person, pilot_id, load(RulesSchema()))
        except InvalidInput as error:
            return self._page(person, pilot_id, Form.refused(error)), 422
        flash(gettext("The settings are saved. The figures are being worked out with them."), "good")
        return redirect(url_for("evidence.show", pilot_id=pilot_id), 303)

    def upload_traits(self, pilot_id: str) -> Reply:
        """Take a partner's list in."""
        person = self._evaluator()
        file = request.files.get("file")
        try:
            course_id = load(TraitSchema())["course_id"]
            count = self._traits.upload(person, pilot_id, course_id, file.read() if file else b"")
        except InvalidInput as error:
            return self._page(person, pilot_id, Form.refused(error)), 422
        flash(ngettext("%(num)d row is being read.", "%(num)d rows are being read.", count), "info")
        return redirect(url_for("evidence.show", pilot_id=pilot_id), 303)

    def records(self, pilot_id: str, pairing_id: str) -> Reply:
        """What the lights of a pairing rest on."""
        found = self._records.of(self._evaluator(), pilot_id, pairing_id)
        return render_template("evidence/records.html", records=found)

    def board(self, pilot_id: str) -> Reply:
        """Every partner at a glance."""
        found = self._monitoring.board(self._evaluator(), pilot_id)
        return render_template(
            "evidence/board.html", board=found, pilot=found.pilot, lights=lights(found.lines)
        )

    def _evaluator(self) -> Person:
        return self._visitors.with_role(Role.EVALUATION_LEAD, Role.ADMINISTRATOR)

    def _page(self, person: Person, pilot_id: str, form: Form | None) -> str:
        pilot, snapshot = self._evidence.figures(person, pilot_id)
        rules = self._evidence.rules(person, pilot_id)
        state = self._evidence.state(person, pilot_id)
        by = request.args.get("by", "")
        by = by if by in AXES else "institution"
        return render_template(
            "evidence/show.html",
            pilot=pilot,
            snapshot=snapshot,
            state=state.value,
            charts=self._charts(snapshot),
            definitions=SETS[CURRENT].by_id(),
            sets=list(SETS),
            current=CURRENT,
            axes=AXES,
            setting_words=setting_words(),
            trait_names=trait_names(),
            by=by,
            rows=merged_rows(snapshot, by) if snapshot else [],
            weeks=snapshot.rows("weekly", "pilot") if snapshot else [],
            weeks_by_place=weeks_by_place(snapshot, by) if snapshot else [],
            roles=snapshot.rows("role", by) if snapshot else [],
            packs=self._evidence.packs(person, pilot_id),
            courses=self._traits.courses(person, pilot_id),
            form=form
            or Form.blank(
                presence_percent=rules.presence_percent,
                gap_minutes=rules.gap_minutes,
                silent_days=rules.silent_days,
            ),
        )

    def _charts(self, snapshot: Snapshot | None) -> dict[str, tuple[str, Markup]]:
        """Titles and drawings by name. They are our own: names in them were escaped when they were drawn."""
        if snapshot is None:
            return {}
        language = self._visitors.language()
        found = snapshot.charts.get(language) or next(iter(snapshot.charts.values()), [])
        return {each.name: (each.title, Markup(each.svg)) for each in found}  # noqa: S704 - see above
