"""`verbonden doctor`: looks at each part that the main job needs, and says what to do where one is not right."""
