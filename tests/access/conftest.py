from tests.access.asking import signed_in_world
from tests.worlds import world

whole = world(signed_in_world)
