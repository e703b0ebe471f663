"""GET /api/docs"""
HANDLERS: list = []
