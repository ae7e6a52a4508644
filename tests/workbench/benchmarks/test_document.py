from workbench.benchmarks.document import CaseLabel, Report, markdown
from workbench.benchmarks.measuring import Batch, Measurement, Timing
from workbench.benchmarks.targets import Verdict


def report(**changes: object) -> Report:
    page = Measurement(Timing(12.34, 20.0), Timing(3.0, 4.0), 9)
    slower = Measurement(Timing(24.68, 30.0), Timing(3.0, 4.0), 9)
    values = {
        "machine": "2 cores.",
        "months": 36,
        "open_deals": {10_000: 722, 100_000: 7_280},
        "repetitions": 20,
        "lines": {"me": CaseLabel("My page", "three statements")},
        "pages": {10_000: {"me": page}, 100_000: {"me": slower}},
        "batches": {10_000: (Batch("Import", "COPY", 1000, 2.0, 90, floor_seconds=0.5),)},
        "verdicts": [Verdict("My page", "median", "≤ 60 ms", "25 ms", is_met=True)],
        "reasons": {},
        "not_judged": {"Memory": "nothing measures it."},
    }
    return Report(**(values | changes))


def test_document_has_a_line_for_each_page_batch_and_floor() -> None:
    text = markdown(report())

    assert "60 people, 36 months" in text
    assert "## 10,000 deals, 722 of them open" in text
    assert "| My page | 12.3 ms | 20.0 ms | 3.0 ms | 4.1× | 9 |" in text
    assert "| Import | 1,000 | 2.0 s | 500 | 0.50 s | 4.0× | 90 MB |" in text
    assert "| My page | 12.3 ms | 24.7 ms | 2.0× | 1.0× |" in text
    assert "- My page: three statements." in text
    assert "- Import: COPY." in text
    assert "Every target is met." in text
    assert "- Memory: nothing measures it." in text


def test_document_names_each_missed_target_with_its_reason() -> None:
    verdicts = [
        Verdict("My page", "median", "≤ 60 ms", "80 ms", is_met=False),
        Verdict("My page", "statements", "≤ 12", "14", is_met=False),
    ]

    text = markdown(report(verdicts=verdicts, reasons={"My page, median": "It draws two charts."}))

    assert "Set for 1,000,000 deals; judged at 100,000." in text
    assert "- My page, median: 80 ms against ≤ 60 ms. It draws two charts." in text
    assert "- My page, statements: 14 against ≤ 12. The reason is not known yet." in text
    assert "Every target is met" not in text


def test_reason_of_a_case_serves_where_none_is_special() -> None:
    verdicts = [Verdict("My page", "statements", "≤ 12", "14", is_met=False)]

    text = markdown(report(verdicts=verdicts, reasons={"My page": "It has two forms."}))

    assert "14 against ≤ 12. It has two forms." in text
