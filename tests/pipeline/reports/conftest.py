from tests.pipeline.reports.paper import build_paper
from tests.worlds import world

paper = world(build_paper)
