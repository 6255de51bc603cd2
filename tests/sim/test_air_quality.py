"""Readings of air quality sensors: the same every time, with gaps and outliers; the file of the interface."""

import json
import math

import numpy as np

from alycat.sim.air_quality import FIELDS, AirQuality


def test_generated_readings_are_the_same_every_time():
    one, two = AirQuality.generated(300, seed=1), AirQuality.generated(300, seed=1)
    assert one.values.tobytes() == two.values.tobytes() and one.fields == FIELDS
    assert one.values.tobytes() != AirQuality.generated(300, seed=2).values.tobytes()
    assert (np.diff(one.column("sensor_index")) > 0).all()


def test_generated_readings_have_gaps_smoke_and_broken_sensors():
    readings = AirQuality.generated(3000, seed=1)
    for field, share in (("humidity", 0.04), ("pressure", 0.045), ("pm1.0_cf_1", 0.004), ("uptime", 0.0)):
        assert math.isclose(np.isnan(readings.column(field)).mean(), share, abs_tol=0.01)
    particles = readings.column("pm2.5_cf_1")
    assert 0.005 < np.nanmean(particles > 60) < 0.03 and np.nanmax(particles) > 900
    assert np.nanmax(readings.column("temperature")) == 255


def test_a_file_of_the_interface(tmp_path):
    path = tmp_path / "readings.json"
    content = {"fields": ["sensor_index", "date_created", "humidity"], "data": [[53, 1454548891, None], [77, 1, 38]]}
    path.write_text(json.dumps(content))
    readings = AirQuality.read(path)
    assert readings.fields == ("sensor_index", "humidity")
    np.testing.assert_array_equal(readings.values, [[53.0, np.nan], [77.0, 38.0]])
