"""A server of a model's ONNX file, of FastAPI and ONNX Runtime: what `compare.py` measures Firelight's beside.

    MODEL=model.onnx SIZE=224 MEAN=0.5,0.5,0.5 STD=0.5,0.5,0.5 CLASSES=classes.json THREADS=2 uvicorn peer:app

The body is read by the event loop, and the picture is decoded and predicted by a thread of its pool: Pillow and ONNX Runtime let go of
Python's lock for most of that. THREADS are those of the session.
"""

import io
import json
import os

import numpy
import onnxruntime
from fastapi import FastAPI, HTTPException, Request, Response
from fastapi.concurrency import run_in_threadpool
from PIL import Image, ImageOps

numbers = lambda name: numpy.array([float(number) for number in os.environ[name].split(",")], numpy.float32)
SIZE = int(os.environ["SIZE"])
SCALE = 1 / (255 * numbers("STD"))
SHIFT = -numbers("MEAN") / numbers("STD")
CLASSES = json.loads(open(os.environ["CLASSES"]).read())

options = onnxruntime.SessionOptions()
options.intra_op_num_threads = int(os.environ["THREADS"])
session = onnxruntime.InferenceSession(os.environ["MODEL"], options, providers=["CPUExecutionProvider"])
NAME = session.get_inputs()[0].name
app = FastAPI()


@app.get("/health")
async def health():
    return {"status": "ok"}


@app.post("/predict")
async def predict(request: Request):
    answer = await run_in_threadpool(look, await request.body())
    return Response(answer, media_type="application/json")


def look(body):
    try:
        picture = ImageOps.exif_transpose(Image.open(io.BytesIO(body))).convert("RGB")
    except OSError as error:
        raise HTTPException(422, str(error))
    picture = ImageOps.fit(picture, (SIZE, SIZE), Image.BICUBIC)
    pixels = numpy.asarray(picture, numpy.float32) * SCALE + SHIFT
    rows, *_ = session.run(["probabilities"], {NAME: numpy.ascontiguousarray(pixels.transpose(2, 0, 1)[None])})
    likeliest = numpy.argsort(-rows[0])[:5]
    told = [{"class": CLASSES[number], "probability": float(rows[0, number])} for number in likeliest]
    return json.dumps({"class": told[0]["class"], "likeliest": told})
